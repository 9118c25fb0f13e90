import { flushSync, mount } from 'svelte'
import App from '#web/app/App.svelte'
import { ContributorStore } from '#web/app/contributor-store.svelte.ts'
import { readPageParameters } from '#web/app/page-parameters.ts'
import { Preferences } from '#web/app/preferences.svelte.ts'
import type { WebGpuPresence } from '#web/app/webgpu-presence.ts'
import { isSceneName, scenes } from './scenes.ts'
import { ScriptedContributor } from './scripted-contributor.ts'

declare global {
  /** How a test plays the coordinator's part. */
  var scripted: ScriptedContributor
}

const query = new URLSearchParams(location.search)
const scene = query.get('scene') ?? 'idle'
const view = isSceneName(scene) ? scenes[scene] : scenes.idle
const presence = (query.get('webgpu') ?? 'present') as WebGpuPresence

const begun = view.unitsComputed > 0
globalThis.scripted = new ScriptedContributor(
  begun ? { ...scenes.working, job: view.job ?? scenes.working.job } : view,
)
mount(App, {
  target: document.body,
  props: {
    store: new ContributorStore(globalThis.scripted),
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
