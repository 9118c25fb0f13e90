import type { SpeedClass } from '#web/core/offer.ts'

const speeds: Record<SpeedClass, string> = {
  processor: 'ごく遅い（GPU ではなく CPU の速さ）',
  small: '控えめ（内蔵 GPU やスマートフォン並み）',
  medium: '中くらい（薄型ノートの GPU 並み）',
  fast: '速い（ゲーム用 GPU 並み）',
  veryFast: 'とても速い（最上位の GPU 並み）',
}

/** What this device offers and what its contributor wants. */
export const jaOffer = {
  label: '引き受ける条件',
  speed: { term: '測った速さ', measuring: '測っています', classes: speeds },
  rate: {
    term: 'いまの相場',
    about: (amount: string) => `1 GPU 時間あたり約 ${amount} MASK`,
    unknown: 'まだわかりません',
  },
  change: '条件を変える',
  kept: '変えるとすぐに効きます。このブラウザーに保存し、合う計算を選ぶためにサーバーへ伝えます。',
  minimum: {
    label: '最低の報酬',
    unit: 'MASK／GPU 時間',
    hint: 'これより安い計算は引き受けません。0 なら、いくらでも引き受けます。',
    wrong: '0 以上の数を、小数点以下 18 桁までの半角数字で入力してください。',
  },
  causes: { label: '引き受けない分野', hint: '選んだ分野の計算は届きません。' },
  requesters: {
    label: '引き受けない依頼者',
    hint: '依頼者のアドレスを、空白か改行で区切って並べてください。',
    wrong: (words: string) => `アドレスではないか、64 件を超えています：${words}`,
  },
  data: {
    label: '1 日に受け取るデータの上限',
    unit: 'MiB',
    hint: '空なら上限なし。計算の材料だけを数えます。',
    used: (amount: string) => `今日はこれまでに ${amount} MiB。`,
    wrong: '1 から 1000000 までの整数を半角数字で入力するか、空にしてください。',
  },
  pools: {
    label: 'プールの招待',
    hint: '招待された端末だけに届く計算があります。受け取った招待の文字列を入れてください。',
    wrong: (words: string) => `招待として使えないか、16 件を超えています：${words}`,
  },
}
