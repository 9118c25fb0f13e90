import type { WalletFaultKind, WalletTask } from '#web/core/wallet-view.ts'

interface Advice {
  readonly title: string
  readonly reason: string
  readonly next: string
}

const faults: Record<WalletFaultKind, Advice> = {
  rejected: {
    title: 'ウォレットで断られました',
    reason: '署名も送信もしていません。',
    next: 'いつでもやり直せます。',
  },
  alreadyAsking: {
    title: 'ウォレットがすでに質問を出しています',
    reason: 'ウォレットが出す質問は一度にひとつで、前の質問がまだ開いています。',
    next: 'ウォレットを開いてその質問に答えるか閉じ、もう一度お試しください。',
  },
  noAccount: {
    title: 'ウォレットからアカウントを受け取れませんでした',
    reason: 'ロックされているか、アカウントが選ばれていないようです。',
    next: 'ロックを解除してアカウントを選び、もう一度お試しください。',
  },
  wrongNetwork: {
    title: 'ウォレットが別のネットワークにあります',
    reason: '別のネットワークあての署名は、ここでは役に立ちません。',
    next: 'ネットワークを切り替えてから、もう一度お試しください。',
  },
  networkRefused: {
    title: 'このネットワークを使えないウォレットです',
    reason: '切り替えも追加もできませんでした。',
    next: 'ウォレットで手動で追加するか、別のウォレットをお使いください。',
  },
  relaySilent: {
    title: '中継サーバーが応えません',
    reason: 'WalletConnect の中継サーバーから 15 秒のあいだコードが届かなかったので、中止しました。',
    next: '回線を確かめてもう一度試すか、このブラウザーのウォレットをお使いください。',
  },
  pairingEnded: {
    title: 'コードの期限が切れました',
    reason: '時間内にウォレットからの返事がありませんでした。',
    next: 'もう一度つなぐと、新しいコードが出ます。',
  },
  disconnected: {
    title: 'ウォレットとの接続が切れました',
    reason: '報酬の行き先は変わっていません。',
    next: '必要になったら、またつないでください。',
  },
  accountChanged: {
    title: 'ウォレットが別のアカウントになりました',
    reason: '前のアカウントのサインインは終わりました。報酬の行き先は変わっていません。',
    next: 'このアカウントで受け取るには、リンクしてください。',
  },
  notTaken: {
    title: 'サーバーが受け付けませんでした',
    reason: '何も変わっていません。',
    next: 'もう一度お試しください。すべて新しくやり直します。',
  },
  unreachable: {
    title: 'サーバーに届きません',
    reason: '何も変わっていません。',
    next: '回線を確かめてから、もう一度お試しください。',
  },
  keyUnavailable: {
    title: 'このブラウザーの鍵を読めません',
    reason: '鍵がないと、このブラウザーの報酬の行き先を決められません。',
    next: 'このサイトに保存を許し、ページを再読み込みしてから、もう一度お試しください。',
  },
  noGas: {
    title: 'ガス代が足りません',
    reason: 'ウォレットの残高では、送信の手数料を払えません。',
    next: 'このネットワークのコインを少し入れてください。受け取れる分はなくなりません。',
  },
  claimFailed: {
    title: '受け取りに失敗しました',
    reason:
      '送信が取り消されました。受け取れる分はなくなりません。ほかのだれかが先に、あなたのために受け取りを済ませたのかもしれません。',
    next: '上の合計を確かめてから、もう一度お試しください。',
  },
  walletFailed: {
    title: 'ウォレットがエラーを返しました',
    reason: '頼んだことが行われませんでした。',
    next: 'ウォレットを確かめて、もう一度お試しください。続くときは、別のウォレットをお使いください。',
  },
}

const tasks: Record<WalletTask, string> = {
  signingIn: 'ウォレットでサインインしてください。文面はウォレットに出ます。',
  signing: 'つづけて、ウォレットでリンクに署名してください。',
  filing: 'リンクを記録しています。',
  switching: 'ウォレットで、ネットワークの切り替えを承認してください。',
  claiming: 'ウォレットで、受け取りを確認してください。少しだけガス代がかかります。',
}

/** Linking a wallet: what it is for, what is signed, what went wrong and what to do. */
export const jaWallet = {
  label: 'ウォレット',
  lead: 'なくても報酬はたまります。リンクすると、報酬はこのブラウザーの口座ではなくウォレットに入り、サイトのデータを消しても失われません。',
  payee: {
    term: '報酬の行き先',
    own: 'このブラウザーの口座',
    reading: '読み込んでいます',
    copy: 'リンクしたウォレットのアドレスをコピー',
    pending: (address: string, when: string) => `${when}から、${address} に変わります。`,
    pendingOwn: (when: string) => `${when}から、このブラウザーの口座に変わります。`,
    pendingHint:
      '心あたりがなければ、いまのウォレットをつないでリンクし直してください。変更は取り消されます。',
  },
  look: 'ウォレットをつなぐ',
  list: {
    label: '選べるウォレット',
    none: 'このブラウザーにはウォレットが見つかりません。入れてから、ページを再読み込みしてください。',
    noneButRelay: 'このブラウザーにはウォレットが見つかりません。スマートフォンのウォレットも使えます。',
    relay: { name: 'WalletConnect', detail: 'スマートフォンのウォレットを QR コードで' },
    loads: 'WalletConnect は、選んだあとで追加のコードを読み込み、中継サーバーと通信します。',
  },
  cancel: 'やめる',
  asking: (name: string) => `${name} で答えてください。`,
  unnamed: 'ウォレット',
  pairing: {
    title: 'ウォレットで読み取る',
    explanation: 'スマートフォンのウォレットを開き、このコードを読み取ってください。まだ何にも署名しません。',
    waiting: '中継サーバーからコードを受け取っています…',
    codeLabel: 'ウォレット用の QR コード',
    copy: '読み取る代わりにリンクをコピー',
    open: 'この端末のウォレットを開く',
  },
  connected: {
    term: 'つながっているアカウント',
    by: (name: string) => `${name} から`,
    copy: 'つながっているアカウントのアドレスをコピー',
    disconnect: '切断する',
    isPayee: '報酬はこのアカウントに入ります。',
  },
  network: {
    wrong: (name: string) =>
      `ウォレットが別のネットワークにあります。リンクと受け取りに使うのは「${name}」です。`,
    switch: 'ネットワークを切り替える',
  },
  signing: {
    title: '署名するもの',
    signIn: {
      term: 'サインイン',
      detail: 'ウォレットがあなたのものだと示します。使えるのは一度だけ、5 分間です。',
    },
    link: {
      term: 'リンク',
      detail: 'このブラウザーの計算の報酬がこのウォレットに入ると定めます。このブラウザーの鍵も署名します。',
    },
    free: 'どちらも署名だけです。お金はかからず、コインは動かず、だれにも使う許可を与えません。それ以外を求められたら断ってください。',
    delay: (wait: string) => `盗難に備えて、別のウォレットへの変更は ${wait}後に効きます。`,
    start: 'このウォレットをリンクする',
    unlink: 'このブラウザーの口座に戻す',
  },
  tasks,
  claim: {
    term: 'このウォレットで受け取れる分',
    claimed: 'これまでに支払われた分',
    pushed: '精算のたびに、サーバーが手数料を負担してウォレットに送ります。することはありません。',
    manual: '受け取りはここで行います。ウォレットが送信し、ガス代を払います。',
    start: 'いま受け取る',
    pending: '受け取りを送信しました。確定を待っています。',
    confirmed: '受け取りが確定し、コインがウォレットに入りました。',
    failed: '受け取りに失敗しました。',
    transaction: 'トランザクション',
    copy: 'トランザクションのハッシュをコピー',
  },
  faults,
}
