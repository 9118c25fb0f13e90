import type { Messages } from './ja.ts'

export const enOffer: Messages['offer'] = {
  label: 'What you take on',
  speed: {
    term: 'Measured speed',
    measuring: 'being measured',
    classes: {
      processor: 'Very slow (a processor, not a GPU)',
      small: 'Modest (like a phone or an integrated GPU)',
      medium: 'Middling (like a thin laptop’s GPU)',
      fast: 'Fast (like a gaming GPU)',
      veryFast: 'Very fast (like the largest GPUs)',
    },
  },
  rate: {
    term: 'Going rate now',
    about: (amount) => `about ${amount} MASK per GPU-hour`,
    unknown: 'not known yet',
  },
  change: 'Change the conditions',
  kept: 'Changes take effect at once. They are kept in this browser, and the server is told so that it can choose work that fits.',
  minimum: {
    label: 'Lowest pay',
    unit: 'MASK per GPU-hour',
    hint: 'Work that pays less is not taken on. At 0, any pay will do.',
    wrong: 'Enter a number from 0 up, with at most 18 decimals.',
  },
  causes: { label: 'Fields to stay out of', hint: 'Work in the fields you tick will not come here.' },
  requesters: {
    label: 'Requesters to stay away from',
    hint: 'List their addresses, separated by spaces or lines.',
    wrong: (words) => `Not addresses, or more than 64: ${words}`,
  },
  data: {
    label: 'Most data to receive in a day',
    unit: 'MiB',
    hint: 'Empty means no cap. Only what the work needs is counted.',
    used: (amount) => `So far today: ${amount} MiB.`,
    wrong: 'Enter a whole number from 1 to 1000000, or leave it empty.',
  },
  pools: {
    label: 'Invitations to pools',
    hint: 'Some work goes only to devices that were invited. Enter the invitations you were given.',
    wrong: (words) => `Not usable as invitations, or more than 16: ${words}`,
  },
}
