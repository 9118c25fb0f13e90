import { flushSync, mount } from 'svelte'
import App from '#web/app/App.svelte'
import { ContributorStore } from '#web/app/contributor-store.svelte.ts'
import { readPageParameters } from '#web/app/page-parameters.ts'
import { Preferences } from '#web/app/preferences.svelte.ts'
import type { WebGpuPresence } from '#web/app/webgpu-presence.ts'
import { WalletStore } from '#web/app/wallet/wallet-store.svelte.ts'
import { isSceneName, scenes } from './scenes.ts'
import { ScriptedContributor } from './scripted-contributor.ts'
import { ScriptedWallets } from './scripted-wallets.ts'
import { isWalletSceneName, walletScenes } from './wallet-scenes.ts'

declare global {
  /** How a test plays the coordinator's part. */
  var scripted: ScriptedContributor
  /** The same for wallets. */
  var scriptedWallets: ScriptedWallets
}

const query = new URLSearchParams(location.search)
const scene = query.get('scene') ?? 'idle'
const view = isSceneName(scene) ? scenes[scene] : scenes.idle
const walletScene = query.get('wallet') ?? 'free'
globalThis.scriptedWallets = new ScriptedWallets(
  isWalletSceneName(walletScene) ? walletScenes[walletScene] : walletScenes.free,
)
const presence = (query.get('webgpu') ?? 'present') as WebGpuPresence

const begun = view.unitsComputed > 0
globalThis.scripted = new ScriptedContributor(
  begun ? { ...scenes.working, job: view.job ?? scenes.working.job } : view,
)
mount(App, {
  target: document.body,
  props: {
    store: new ContributorStore(globalThis.scripted),
    wallets: new WalletStore(globalThis.scriptedWallets),
    preferences: new Preferences(readPageParameters(location.search)),
    presence,
  },
})
// Lets the canvas mount before the first tile comes.
flushSync()
if (begun) {
  globalThis.scripted.computeUpTo(57)
  globalThis.scripted.show(view)
}
