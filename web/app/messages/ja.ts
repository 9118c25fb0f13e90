import type { HaltReason, LossReason, SessionState, StopReason } from '#web/core/contributor-view.ts'
import { jaIncidents } from './ja-incidents.ts'
import { jaOffer } from './ja-offer.ts'
import { jaWallet } from './ja-wallet.ts'
import type { Advice, Sentence } from './sentence.ts'

type StartingStep = Extract<SessionState, { kind: 'starting' }>['step']

const starting: Record<StartingStep, Sentence> = {
  checkingGpu: { title: '準備しています', reason: 'この端末の GPU が使えるかどうかを確かめています。' },
  openingWorker: {
    title: '準備しています',
    reason: '画面の動きを妨げないよう、計算用のワーカーを別に立ち上げています。',
  },
  connecting: { title: '準備しています', reason: '計算を割り振るサーバーにつないでいます。' },
  greeting: { title: '準備しています', reason: 'つながりました。この端末にできることを伝えています。' },
}

const reconnecting: Record<LossReason, Advice> = {
  connectionLost: {
    title: 'つなぎ直しています',
    reason: 'サーバーとの接続が切れました。',
    next: '何度も続くときは、ネットワークの状態を確かめてください。',
  },
  coordinatorUnreachable: {
    title: 'つなぎ直しています',
    reason: 'サーバーに届きません。回線かサーバーのどちらかが止まっているようです。',
    next: 'ほかのサイトが開けるなら、そのまま待つだけで大丈夫です。',
  },
  workerCrashed: {
    title: '立て直しています',
    reason: '計算用のワーカーが途中で落ちました。手元のユニットは、ほかの端末に引き継がれます。',
    next: '何度も続くときは、いったん止めて、ページを再読み込みしてください。',
  },
  gpuLost: {
    title: 'GPU を待っています',
    reason:
      '2 分のうちに 2 回 GPU が失われたか、いま GPU を使えません。このときブラウザーは、しばらく GPU を貸してくれません。手元のユニットは報酬なしで返しました。',
    next: 'そのまま待つだけで大丈夫です。何度も続くときは、GPU を使うほかのアプリを閉じてみてください。',
  },
}

const halted: Record<HaltReason, Advice> = {
  kernelHung: {
    title: '終わらない計算がありました',
    reason:
      '計算のひとつが、予定の時間を大きく過ぎても終わりませんでした。報酬なしで返し、サーバーに伝えました。この依頼は、もうここでは動かしません。GPU がまだその計算から離れられないかもしれません。',
    next: 'GPU を使うページが固まるときは、ブラウザーを再起動してください。そうでなければ、ほかの計算を続けるか、ここで止めてください。',
  },
}

const stopped: Record<StopReason, Advice> = {
  byUser: {
    title: '止まりました',
    reason: 'あなたが止めました。GPU も通信も、もう使っていません。',
    next: 'またいつでも始められます。',
  },
  noWebGpu: {
    title: 'ここでは始められません',
    reason: 'このブラウザーでは WebGPU（ページから GPU で計算するしくみ）が使えません。',
    next: 'Chrome、Edge、Safari、Firefox の最新版で、このページを開いてください。',
  },
  noAdapter: {
    title: 'GPU が見つかりません',
    reason: 'ブラウザーは WebGPU に対応していますが、使える GPU がありませんでした。',
    next: 'ブラウザーの設定で「グラフィック アクセラレーション」を有効にし、グラフィックドライバーを更新してから、もう一度お試しください。',
  },
  softwareAdapterOnly: {
    title: '本物の GPU が見つかりません',
    reason:
      '見つかったのは、CPU で GPU のまねをするソフトウェアだけでした。これで計算すると、遅いうえに電力もかさみます。',
    next: 'ブラウザーの設定で「グラフィック アクセラレーション」を有効にするか、GPU のある端末でお試しください。',
  },
  otherTabRunning: {
    title: '別のタブで動いています',
    reason: 'このブラウザーでは、MASK がすでに別のタブで計算しています。動かせるのは一度にひとつだけです。',
    next: 'こちらで続けたいときは、もう一方のタブで止めてから始めてください。',
  },
  browserRestartNeeded: {
    title: 'ブラウザーの再起動が必要です',
    reason: 'GPU が 3 回失われたか、戻ってこないため、ブラウザーはもうどのページにも GPU を貸しません。',
    next: 'ブラウザーのウインドウをすべて閉じて、開き直してください。報酬の記録は残ります。',
  },
  gpuStuck: {
    title: 'GPU が応えません',
    reason: '終わらない計算が、まだ GPU を占めているようです。',
    next: 'ブラウザーのウインドウをすべて閉じて、開き直してください。報酬の記録はそのまま残ります。',
  },
  storageUnavailable: {
    title: 'ここには何も保存できません',
    reason:
      'ブラウザーがこのページに保存を許していません。タブを閉じると受取口座の鍵が失われ、ただ働きになってしまいます。',
    next: 'プライベートウインドウではないふつうのウインドウで開くか、このサイトに保存を許してから、もう一度お試しください。',
  },
  refusedByCoordinator: {
    title: '参加できませんでした',
    reason: 'サーバーが、この端末からの参加を受け付けませんでした。',
    next: 'ページの版が古いのかもしれません。再読み込みしてから、もう一度お試しください。',
  },
  replacedByNewSession: {
    title: 'ほかの画面に引き継がれました',
    reason: '同じ受取口座で、新しい計算が別の画面から始まりました。',
    next: 'こちらに戻したいときは、もう一度始めてください。向こうが止まります。',
  },
}

/** Every word of the contributor's page. Japanese is the base: other languages have exactly these keys. */
export const ja = {
  brand: 'MASK',
  documentTitle: (what: string) => `${what} | MASK`,
  languageSwitch: { label: 'English', language: 'en' },
  themeSwitch: { toDark: '暗い配色にする', toLight: '明るい配色にする' },
  welcome: {
    title: 'あなたの GPU を、だれかの計算に。',
    lead: 'ボタンひとつで、この端末の GPU が見知らぬ人の計算を少しずつ引き受けます。結果が認められるたびに、MASK\u00a0トークンが支払われます。',
    start: '計算を貸す',
    untilThen: '押すまでは、計算も通信も保存もしません。',
  },
  consent: {
    title: '押すと、こうなります',
    uses: {
      title: '使うもの',
      gpu: {
        term: 'GPU の一部と電力',
        detail: '画面の動きを妨げないよう、GPU の時間の 4 分の 1 を細切れに使います。割合は変えられます。',
      },
      network: {
        term: '少しの通信',
        detail: '計算の材料を受け取り、結果を返します。IP\u00a0アドレスはサーバーに伝わります。',
      },
      storage: { term: 'ブラウザーの保存領域', detail: '報酬を受け取る口座の鍵を、この端末の中に置きます。' },
    },
    needless: {
      title: 'いらないもの',
      account: { term: '会員登録', detail: '名前もメールアドレスも聞きません。' },
      wallet: { term: 'ウォレット', detail: '受取口座は、この端末が自分で作ります。' },
      installation: {
        term: 'インストール',
        detail: '動くのはこのタブの中だけ。ファイルやカメラには触れません。',
      },
    },
    stop: 'いつでも止められます。「いますぐ止める」を押すか、このタブを閉じるだけです。',
  },
  session: {
    label: 'いまの状態',
    idle: { title: 'まだ始まっていません', reason: '押すまでは、計算も通信も保存もしません。' },
    starting,
    waiting: {
      title: '計算を待っています',
      reason: 'つながっています。いまは、この端末に頼める計算がありません。',
      next: 'このまま開いておけば、届きしだい始まります。',
    },
    working: { title: '計算しています', reason: '頼まれた計算を、この端末の GPU で進めています。' },
    finishing: {
      title: 'まもなく止まります',
      reason: '手元の計算を終えたら止まります。新しい計算は受け取りません。',
    },
    reconnecting,
    halted,
    spoken: (title: string, details: string) => `${title}。${details}`,
    retry: (wait: string, attempt: string) => `約 ${wait}後に、もう一度試します（${attempt} 回目）。`,
    stopped,
    insecureContext: {
      title: 'ここでは始められません',
      reason: 'このページは暗号化されていない接続で開かれているため、ブラウザーが WebGPU を止めています。',
      next: 'アドレスの先頭を https:// に変えて開き直してください。',
    },
    unexpected: {
      title: '思わぬ不具合で止まりました',
      reason: 'ページのどこかで、想定していないことが起きました。',
      next: 'ページを再読み込みして、もう一度お試しください。続くときは、下の内容を添えて知らせてください。',
    },
  },
  actions: {
    label: '操作',
    finishThenStop: 'きりのよいところで止める',
    goOn: 'ほかの計算を続ける',
    stopNow: 'いますぐ止める',
    startAgain: 'もう一度始める',
    copy: 'コピー',
    copied: 'コピーしました',
    close: '閉じる',
  },
  picture: {
    sample: '大きな計算は小さなタイルに分けられ、大勢の端末が一枚ずつ引き受けます。',
    sampleLabel: '夜明けの山と湖を小さなタイルに分けた絵。まだ計算されていないタイルが残っている。',
    empty: '計算が始まると、この端末が計算したものがここに現れます。',
    computed: (computed: string, all: string) =>
      `この端末が計算したユニット：${all} 個のうち ${computed} 個。`,
    captioned: (computed: string, output: string) => `${computed}${output}`,
    outputs: {
      picture: '絵のどこを計算したかが見えます。',
      array: '結果は絵ではなく数値の並びなので、ユニットをます目で表しています。',
      table: '結果は絵ではなく表なので、ユニットをます目で表しています。',
      raw: '結果は絵ではなくデータなので、ユニットをます目で表しています。',
    },
    label: (job: string) => `「${job}」のうち、この端末が計算した部分`,
  },
  lending: {
    label: '貸す割合',
    measured: 'GPU が働いた割合（直近 10 秒）',
    notMeasured: 'まだ測れていません',
    detail:
      'このページが GPU の時間を使う割合の上限です。ページを操作しているあいだは、一回の計算をさらに短く区切ります。',
  },
  incidents: {
    label: 'これまでの不具合',
    times: (count: string) => `${count} 回`,
    kinds: jaIncidents,
  },
  job: {
    label: 'いまの計算',
    lastLabel: '直前の計算',
    cause: '分野',
    requester: '依頼者',
    pay: '1 ユニットの報酬',
    causes: {
      science: '科学',
      health: '医療・健康',
      climate: '気候・環境',
      arts: '芸術・表現',
      ml: '機械学習',
      data: 'データ処理',
      other: 'その他',
    },
    showSource: 'コードの全文を読む',
  },
  source: {
    title: 'この GPU で動くコード',
    explanation:
      'WGSL（WebGPU の計算を書く言語）の全文です。依頼者のコードがファイルやほかのタブに触れることはできません。',
    label: 'WGSL のコード',
    lines: (lines: string) => `${lines} 行`,
  },
  offer: jaOffer,
  units: {
    label: '今回の計算',
    computed: { term: '計算した', detail: '結果を送ったユニット' },
    accepted: { term: '認められた', detail: '照合に通ったもの' },
    provisional: { term: '仮に認められた', detail: '検査を重ねると確定するもの' },
    refused: { term: '認められなかった', detail: '照合に通らなかったもの' },
  },
  earnings: {
    label: '報酬',
    unit: 'MASK',
    note: 'この口座のこれまでの合計です。四つは段階が違うので、足し合わせません。',
    pending: { term: '確認待ち', detail: '仮に認められた分。検査を重ねると確定します。' },
    earned: { term: '確定', detail: '次の精算を待っています。' },
    claimable: { term: '受け取れる', detail: '精算の記録が済み、引き出せます。' },
    claimed: { term: '受け取り済み', detail: '口座にもう支払われました。' },
  },
  wallet: jaWallet,
  account: {
    label: '受取口座',
    unknown: 'つながると決まります',
    copy: '受取口座のアドレスをコピー',
    detail:
      '鍵はこのブラウザーの中だけにあります。サイトのデータを消すと鍵も消え、残った報酬を受け取れなくなります。',
  },
  device: {
    label: '使っている GPU',
    unknown: 'まだわかりません',
    detail: 'この名前はあなたの画面に出すだけで、どこにも送りません。',
  },
  footer: 'MASK は、だれでも中身を読めるオープンソースの計算ネットワークです。',
}

/** The shape every language has. */
export type Messages = typeof ja
