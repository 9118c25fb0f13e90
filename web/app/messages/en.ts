import type { Messages } from './ja.ts'

/** English. A missing or surplus key does not compile. */
export const en: Messages = {
  brand: 'MASK',
  documentTitle: (what) => `${what} | MASK`,
  languageSwitch: { label: '日本語', language: 'ja' },
  themeSwitch: { toDark: 'Use dark colours', toLight: 'Use light colours' },
  welcome: {
    title: 'Lend your GPU to someone’s work.',
    lead: 'One click, and this device’s GPU takes on small pieces of strangers’ work. Each time a result is accepted, you are paid in MASK tokens.',
    start: 'Start lending',
    untilThen: 'Until you click, nothing is computed, sent or stored.',
  },
  consent: {
    title: 'What happens when you click',
    uses: {
      title: 'What it uses',
      gpu: { term: 'Your GPU and power', detail: 'Work runs apart from the page, so the page stays smooth.' },
      network: {
        term: 'Some network',
        detail: 'Inputs come in, results go out. The server sees your IP address.',
      },
      storage: { term: 'Browser storage', detail: 'The key of your payout account stays on this device.' },
    },
    needless: {
      title: 'What you don’t need',
      account: { term: 'No account', detail: 'We ask for no name and no email address.' },
      wallet: { term: 'No wallet', detail: 'This device makes its own payout account.' },
      installation: {
        term: 'No install',
        detail: 'It runs inside this tab and cannot touch your files or camera.',
      },
    },
    stop: 'You can stop at any time: press “Stop now”, or just close this tab.',
  },
  session: {
    label: 'Current state',
    idle: { title: 'Not started', reason: 'Until you click, nothing is computed, sent or stored.' },
    starting: {
      checkingGpu: { title: 'Getting ready', reason: 'Checking whether this device’s GPU can be used.' },
      openingWorker: {
        title: 'Getting ready',
        reason: 'Opening a separate worker for the computation, so that the page stays smooth.',
      },
      connecting: { title: 'Getting ready', reason: 'Connecting to the server that hands out work.' },
      greeting: { title: 'Getting ready', reason: 'Connected. Telling the server what this device can do.' },
    },
    waiting: {
      title: 'Waiting for work',
      reason: 'Connected. There is no work for this device just now.',
      next: 'Keep this tab open: work starts by itself as soon as it arrives.',
    },
    working: { title: 'Computing', reason: 'Someone’s work is running on this device’s GPU.' },
    finishing: {
      title: 'About to stop',
      reason: 'Stops once the work in hand is done. Nothing new is taken on.',
    },
    reconnecting: {
      connectionLost: {
        title: 'Reconnecting',
        reason: 'The connection to the server was lost.',
        next: 'If this keeps happening, check your network.',
      },
      coordinatorUnreachable: {
        title: 'Reconnecting',
        reason: 'The server cannot be reached. Either your network is down or the server is.',
        next: 'If other sites open, just wait: it will be back.',
      },
      workerCrashed: {
        title: 'Recovering',
        reason: 'The worker that computes went down. Other devices take over the units it held.',
        next: 'If this keeps happening, stop and reload the page.',
      },
      gpuLost: {
        title: 'Recovering',
        reason:
          'The GPU is unavailable for the moment. Another app may be using it, or its driver has restarted.',
        next: 'If this keeps happening, close other apps that use the GPU.',
      },
    },
    spoken: (title, details) => `${title}. ${details}`,
    retry: (wait, attempt) => `Trying again in about ${wait} (attempt ${attempt}).`,
    stopped: {
      byUser: {
        title: 'Stopped',
        reason: 'You stopped it. Neither the GPU nor the network is in use any more.',
        next: 'You can start again whenever you like.',
      },
      noWebGpu: {
        title: 'This cannot start here',
        reason: 'WebGPU, which lets a page compute on the GPU, is not available in this browser.',
        next: 'Open this page in the latest Chrome, Edge, Safari or Firefox.',
      },
      noAdapter: {
        title: 'No GPU found',
        reason: 'The browser supports WebGPU, but there was no GPU it could use.',
        next: 'Turn on graphics acceleration in the browser’s settings, update the graphics driver, then try again.',
      },
      softwareAdapterOnly: {
        title: 'No real GPU found',
        reason:
          'There is only software that imitates a GPU on the CPU. Computing on it is slow and wastes power.',
        next: 'Turn on graphics acceleration in the browser’s settings, or try a device that has a GPU.',
      },
      otherTabRunning: {
        title: 'Running in another tab',
        reason: 'MASK already computes in another tab of this browser, and only one can run at a time.',
        next: 'To continue here, stop it in the other tab first.',
      },
      browserRestartNeeded: {
        title: 'The browser must be restarted',
        reason: 'The GPU failed repeatedly, so the browser has stopped using it.',
        next: 'Close every browser window and open it again. The record of your earnings is kept.',
      },
      refusedByCoordinator: {
        title: 'Could not join',
        reason: 'The server did not admit this device.',
        next: 'This page may be out of date. Reload it, then try again.',
      },
      replacedByNewSession: {
        title: 'Taken over elsewhere',
        reason: 'A new session with the same payout account has started somewhere else.',
        next: 'To bring it back here, start again. The other one will stop.',
      },
    },
    insecureContext: {
      title: 'This cannot start here',
      reason: 'The page was opened over an unencrypted connection, so the browser withholds WebGPU.',
      next: 'Change the beginning of the address to https:// and open it again.',
    },
    unexpected: {
      title: 'Stopped by an unexpected fault',
      reason: 'Something happened in the page that should not have.',
      next: 'Reload the page and try again. If it happens again, please report it with the text below.',
    },
  },
  actions: {
    label: 'Controls',
    finishThenStop: 'Finish then stop',
    stopNow: 'Stop now',
    startAgain: 'Start again',
    copy: 'Copy',
    copied: 'Copied',
    close: 'Close',
  },
  picture: {
    title: 'Drawn by this device',
    sample: 'A large computation is cut into small tiles, and many devices take one at a time.',
    sampleLabel: 'A mountain and a lake at dawn, cut into small tiles. Some tiles are not computed yet.',
    empty: 'Once work begins, the tiles this device draws appear here.',
    noPicture: 'The current work draws no picture, so nothing appears here.',
    drawn: (drawn, all) => `This device drew ${drawn} of ${all} tiles`,
    label: (job) => `The part of “${job}” that this device computed`,
  },
  job: {
    label: 'Running now',
    lastLabel: 'What ran last',
    cause: 'Field',
    requester: 'Requester',
    pay: 'Pay per unit',
    causes: {
      science: 'Science',
      health: 'Health',
      climate: 'Climate',
      arts: 'Arts',
      ml: 'Machine learning',
      data: 'Data processing',
      other: 'Other',
    },
    showSource: 'Read its code in full',
  },
  source: {
    title: 'The code that runs on this GPU',
    explanation:
      'This is the complete WGSL, the language of WebGPU computations. A requester’s code cannot reach your files or other tabs.',
    label: 'WGSL source',
    lines: (lines) => `Lines: ${lines}`,
  },
  units: {
    label: 'This session',
    computed: { term: 'Computed', detail: 'units sent' },
    accepted: { term: 'Accepted', detail: 'units that passed the check' },
    refused: { term: 'Refused', detail: 'units that did not pass' },
  },
  earnings: {
    label: 'Earnings',
    unit: 'MASK',
    note: 'Totals of this account so far. They are three different stages, so they are never added up.',
    pending: { term: 'Pending', detail: 'Accepted; waiting for the next settlement.' },
    claimable: { term: 'Claimable', detail: 'Settled on record and ready to be withdrawn.' },
    claimed: { term: 'Claimed', detail: 'Already paid to the account.' },
  },
  account: {
    label: 'Payout account',
    unknown: 'Known once connected',
    copy: 'Copy the payout account’s address',
    detail:
      'Its key exists in this browser only. Clearing the site’s data deletes the key, and what is unpaid is lost.',
  },
  device: {
    label: 'GPU in use',
    unknown: 'Not known yet',
    detail: 'Shown to you only. This name is never sent anywhere.',
  },
  footer: 'MASK is an open-source computing network: anyone can read all of it.',
}
