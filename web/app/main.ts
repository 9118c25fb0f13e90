import { mount } from 'svelte'
import { createContributor } from '#web/edge/contributor.ts'
import { createWallets } from '#web/edge/wallet/wallets.ts'
import App from './App.svelte'
import { watchAttention } from './attention-watch.ts'
import { ContributorStore } from './contributor-store.svelte.ts'
import { readPageParameters } from './page-parameters.ts'
import { Preferences } from './preferences.svelte.ts'
import { WalletStore } from './wallet/wallet-store.svelte.ts'
import { webGpuPresence } from './webgpu-presence.ts'

const parameters = readPageParameters(location.search)
const contributor = createContributor({
  baseUrl: location.origin,
  allowSoftwareAdapter: parameters.allowSoftwareAdapter,
  watchdogMs: parameters.watchdogMs,
  memoryMiB: parameters.memoryMiB,
})
watchAttention((attention) => {
  contributor.attend(attention)
})

mount(App, {
  target: document.body,
  props: {
    store: new ContributorStore(contributor),
    wallets: new WalletStore(createWallets({ baseUrl: location.origin })),
    preferences: new Preferences(parameters),
    presence: webGpuPresence(globalThis),
  },
})
