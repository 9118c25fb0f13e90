import { enOffer } from './en-offer.ts'
import { enWallet } from './en-wallet.ts'
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
      gpu: {
        term: 'Part of your GPU, and power',
        detail:
          'A quarter of the GPU’s time, in small steps so that the screen stays smooth. You can change the share.',
      },
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
        title: 'Waiting for the GPU',
        reason:
          'The GPU went away twice within two minutes, or cannot be had at present. The browser then withholds it for a while. The units in hand went back unpaid.',
        next: 'Nothing needs to be done. If this keeps happening, close other apps that use the GPU.',
      },
    },
    halted: {
      kernelHung: {
        title: 'A computation did not end',
        reason:
          'One computation ran far beyond its time. It went back unpaid, its job will not run here again, and the server knows. Your GPU may still be stuck with it.',
        next: 'If pages that use the GPU freeze, restart the browser. Otherwise go on with other work, or stop.',
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
        reason:
          'The GPU failed three times, or did not come back, so the browser gives it to no page any more.',
        next: 'Close every browser window and open it again. The record of your earnings is kept.',
      },
      gpuStuck: {
        title: 'The GPU is stuck',
        reason: 'It does not answer: a computation that does not end still holds it.',
        next: 'Close every browser window and open it again. The record of your earnings is kept.',
      },
      storageUnavailable: {
        title: 'Nothing can be kept here',
        reason:
          'The browser lets this page store nothing, so the key of your payout account would be lost with the tab, and you would compute for nothing.',
        next: 'Use an ordinary window instead of a private one, or allow this site to store data, then try again.',
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
    goOn: 'Go on with other work',
    stopNow: 'Stop now',
    startAgain: 'Start again',
    copy: 'Copy',
    copied: 'Copied',
    close: 'Close',
  },
  picture: {
    sample: 'A large computation is cut into small tiles, and many devices take one at a time.',
    sampleLabel: 'A mountain and a lake at dawn, cut into small tiles. Some tiles are not computed yet.',
    empty: 'Once work begins, what this device computes appears here.',
    computed: (computed, all) => `This device computed ${computed} of ${all} units.`,
    captioned: (computed, output) => `${computed} ${output}`,
    outputs: {
      picture: 'The picture shows where they lie.',
      array: 'This work yields numbers, not a picture: each square stands for units.',
      table: 'This work yields a table, not a picture: each square stands for units.',
      raw: 'This work yields data, not a picture: each square stands for units.',
    },
    label: (job) => `The part of “${job}” that this device computed`,
  },
  lending: {
    label: 'How much to lend',
    measured: 'GPU busy, last ten seconds',
    notMeasured: 'not measured yet',
    detail:
      'The share of the GPU’s time that this page may use at most. While you use the page, each step is kept shorter still.',
  },
  incidents: {
    label: 'What came up',
    times: (count) => `${count} times`,
    kinds: {
      gpuLost: {
        title: 'The GPU was lost',
        reason: 'The units in hand went back unpaid, and other devices take them over.',
      },
      kernelHung: {
        title: 'A computation did not end',
        reason: 'It went back unpaid, and its job will not run here again.',
      },
      workerCrashed: {
        title: 'The worker that computes went down',
        reason: 'It was started again. Other devices take over the units it held; they are not paid here.',
      },
      dataUnavailable: {
        title: 'Data for a unit could not be fetched',
        reason: 'The unit went back unpaid.',
      },
      kernelFailed: {
        title: 'A computation does not run here',
        reason: 'Its code failed on this device. The unit went back unpaid; other work goes on.',
      },
      tooLargeForDevice: {
        title: 'A unit needs more memory than may be used here',
        reason: 'It went back unpaid before it began; other work goes on.',
      },
      notCapable: {
        title: 'A unit needs something this GPU lacks',
        reason: 'It went back unpaid before it began; other work goes on.',
      },
      unitTooCoarse: {
        title: 'A unit would have made the screen stall',
        reason: 'Its smallest step takes too long on this GPU. It went back unpaid; other work goes on.',
      },
    },
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
  offer: enOffer,
  units: {
    label: 'This session',
    computed: { term: 'Computed', detail: 'units sent' },
    accepted: { term: 'Accepted', detail: 'units that passed the check' },
    provisional: { term: 'Provisional', detail: 'units final after more checks' },
    refused: { term: 'Refused', detail: 'units that did not pass' },
  },
  earnings: {
    label: 'Earnings',
    unit: 'MASK',
    note: 'Totals of this account so far. They are four different stages, so they are never added up.',
    pending: { term: 'Pending', detail: 'Taken for now; final once more checks have passed.' },
    earned: { term: 'Earned', detail: 'Final; waiting for the next settlement.' },
    claimable: { term: 'Claimable', detail: 'Settled on record and ready to be withdrawn.' },
    claimed: { term: 'Claimed', detail: 'Already paid to the account.' },
  },
  wallet: enWallet,
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
