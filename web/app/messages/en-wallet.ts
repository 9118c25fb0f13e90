import type { Messages } from './ja.ts'

/** Linking a wallet: what it is for, what is signed, what went wrong and what to do. */
export const enWallet: Messages['wallet'] = {
  label: 'Wallet',
  lead: 'You need none to earn. If you link one, your pay goes to it instead of to this browser’s account, and is safe there even if you clear this site’s data.',
  payee: {
    term: 'Pay goes to',
    own: 'this browser’s account',
    reading: 'being read',
    copy: 'Copy the address of the linked wallet',
    pending: (address, when) => `From ${when} on, it goes to ${address}.`,
    pendingOwn: (when) => `From ${when} on, it goes to this browser’s account.`,
    pendingHint:
      'If this was not you, connect the present wallet and link it again: that takes the change back.',
  },
  look: 'Connect a wallet',
  list: {
    label: 'Wallets to choose from',
    none: 'No wallet announces itself in this browser. Install one and reload the page.',
    noneButRelay: 'No wallet announces itself in this browser. A wallet on a phone works too.',
    relay: { name: 'WalletConnect', detail: 'a wallet on a phone, by QR code' },
    loads: 'WalletConnect loads further code and speaks with its relay once you choose it.',
  },
  cancel: 'Cancel',
  asking: (name) => `Answer in ${name}.`,
  unnamed: 'the wallet',
  pairing: {
    title: 'Scan with your wallet',
    explanation: 'Open your wallet on the phone and scan this code. Nothing is signed by that yet.',
    waiting: 'Asking the relay for a code …',
    codeLabel: 'QR code for your wallet',
    copy: 'Copy the link instead of scanning',
    open: 'Open a wallet on this device',
  },
  connected: {
    term: 'Connected',
    by: (name) => `by ${name}`,
    copy: 'Copy the address of the connected account',
    disconnect: 'Disconnect',
    isPayee: 'Your pay goes to this account.',
  },
  network: {
    wrong: (name) => `The wallet is on another network. Links and claims are for “${name}”.`,
    switch: 'Switch the network',
  },
  signing: {
    title: 'What you will sign',
    signIn: {
      term: 'Sign-in',
      detail: 'Proves that the wallet is yours. Holds once and for five minutes.',
    },
    link: {
      term: 'Link',
      detail: 'Says that pay for this browser’s work goes to this wallet. This browser’s key signs it, too.',
    },
    free: 'Both are signatures only: they cost nothing, move no coins and let nobody spend any. Refuse anything else.',
    delay: (wait) =>
      `To guard against thieves, a change from one wallet to another takes effect after ${wait}.`,
    start: 'Link this wallet',
    unlink: 'Pay to this browser again',
  },
  tasks: {
    signingIn: 'Sign in with your wallet: it shows you the message.',
    signing: 'Now sign the link in your wallet.',
    filing: 'The link is being recorded.',
    switching: 'Agree in your wallet to switch the network.',
    claiming: 'Confirm the claim in your wallet. It needs a little gas.',
  },
  claim: {
    term: 'Ready for this wallet',
    claimed: 'Paid to it so far',
    pushed:
      'The coordinator sends the payout itself after each settlement, and pays for it. There is nothing to do.',
    manual: 'Payouts are yours to claim here. Your wallet sends the transaction and pays its gas.',
    start: 'Claim now',
    pending: 'The claim is on its way.',
    confirmed: 'The claim is confirmed: the coins are in the wallet.',
    failed: 'The claim has failed.',
    transaction: 'Transaction',
    copy: 'Copy the transaction’s hash',
  },
  faults: {
    rejected: {
      title: 'Declined in the wallet',
      reason: 'Nothing was signed or sent.',
      next: 'Try again whenever you like.',
    },
    alreadyAsking: {
      title: 'The wallet is asking already',
      reason: 'It shows one question at a time, and an earlier one is still open.',
      next: 'Open the wallet, answer or close that question, then try again.',
    },
    noAccount: {
      title: 'The wallet gave no account',
      reason: 'It may be locked, or no account was chosen.',
      next: 'Unlock it, choose an account, then try again.',
    },
    wrongNetwork: {
      title: 'The wallet is on another network',
      reason: 'A signature for another network would be worthless here.',
      next: 'Switch the network, then try again.',
    },
    networkRefused: {
      title: 'The wallet does not take this network',
      reason: 'It could neither switch to it nor add it.',
      next: 'Add the network in the wallet by hand, or use another wallet.',
    },
    relaySilent: {
      title: 'The relay does not answer',
      reason: 'WalletConnect’s relay gave no code within 15 seconds, so the attempt was ended.',
      next: 'Check your connection and try again, or use a wallet in this browser.',
    },
    pairingEnded: {
      title: 'The code has run out',
      reason: 'No wallet answered in time.',
      next: 'Connect again for a new code.',
    },
    disconnected: {
      title: 'The wallet has disconnected',
      reason: 'Where your pay goes has not changed.',
      next: 'Connect it again when you need it.',
    },
    accountChanged: {
      title: 'The wallet shows another account',
      reason: 'The sign-in of the former one has ended. Where your pay goes has not changed.',
      next: 'To be paid at this account, link it.',
    },
    notTaken: {
      title: 'The coordinator did not accept this',
      reason: 'Nothing has changed.',
      next: 'Try again: everything is then asked for anew.',
    },
    unreachable: {
      title: 'The coordinator cannot be reached',
      reason: 'Nothing has changed.',
      next: 'Check your connection, then try again.',
    },
    keyUnavailable: {
      title: 'This browser’s key cannot be read',
      reason: 'Without it, nobody can say where the pay of this browser goes.',
      next: 'Allow this site to store data, reload the page and try again.',
    },
    noGas: {
      title: 'Not enough coins for gas',
      reason: 'The wallet cannot pay for the transaction.',
      next: 'Put a little of the network’s coin into the wallet. What you can claim stays yours.',
    },
    claimFailed: {
      title: 'The claim has failed',
      reason:
        'The transaction was reverted. What you can claim stays yours; perhaps somebody claimed it for you first.',
      next: 'Look at the sums above, then try again.',
    },
    walletFailed: {
      title: 'The wallet reports an error',
      reason: 'It did not do what it was asked.',
      next: 'Look into the wallet, then try again. If it stays so, use another wallet.',
    },
  },
}
