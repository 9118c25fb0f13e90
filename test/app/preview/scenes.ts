import { usualSettings, type OfferSettings } from '#web/core/offer.ts'
import {
  idleView,
  type ContributorView,
  type CurrentJob,
  type OfferView,
} from '#web/core/contributor-view.ts'

const hex = (digit: string, length: number) => `0x${digit.repeat(length)}` as const

export const sampleShape = { width: 768, height: 512, tileWidth: 64, tileHeight: 64 }

export const sampleJob: CurrentJob = {
  id: hex('4', 64),
  name: 'Stanford bunny, path traced',
  summary:
    'A soft studio picture of the Stanford bunny: 256 light paths for each pixel, up to eight reflections each.',
  cause: 'arts',
  requester: '0x9f2c4bd1e07a36558c90aa17e3d4f6b2c8150d7e',
  wgsl: sampleKernel(),
  payWei: 2_000_000_000_000_000n,
  unitCount: 96,
  output: { kind: 'picture', shape: sampleShape },
}

const sweepJob: CurrentJob = {
  ...sampleJob,
  id: hex('5', 64),
  name: 'Which step size trains best?',
  summary:
    'Each unit trains a small network on 10,000 handwritten digits with other settings and reports its accuracy.',
  cause: 'ml',
  unitCount: 240,
  output: { kind: 'table' },
}

const sampleOffer: OfferView = {
  settings: usualSettings,
  speed: { gflops: 9_400, gops: 4_700, copyGBps: 180, launchMs: 0.14 },
  bytesToday: 37_400_000,
  goingRateWeiPerHour: 123_456_789_000_000_000n,
}

const workingView: ContributorView = {
  state: { kind: 'working' },
  job: sampleJob,
  unit: { index: 57, areas: [{ x: 576, y: 256, width: 64, height: 64 }] },
  provider: '0x71c7656ec7ab88b098defb751b7401b5f6d8976f',
  unitsComputed: 41,
  unitsAccepted: 30,
  unitsProvisional: 8,
  unitsRefused: 1,
  incidents: [],
  gpuBusy: 0.23,
  pendingWei: 16_000_000_000_000_000n,
  earnedWei: 60_000_000_000_000_000n,
  claimableWei: 1_250_400_000_000_000_000n,
  claimedWei: 18_006_000_000_000_000_000n,
  adapter: 'NVIDIA Ampere (nvidia)',
  offer: sampleOffer,
}

const choosy: OfferSettings = {
  minimumWeiPerHour: 250_000_000_000_000_000n,
  causes: { never: ['ml', 'other'] },
  requesters: { never: [sampleJob.requester, hex('b', 40)] },
  dataMiBPerDay: 500,
  pools: ['astronomy-club-7f2c'],
}

/** What the page shows in each picture taken of it. */
export const scenes = {
  idle: idleView,
  working: workingView,
  waiting: { ...workingView, state: { kind: 'waiting' }, job: undefined, unit: undefined },
  reconnecting: {
    ...workingView,
    state: { kind: 'reconnecting', attempt: 3, retryInMs: 8_000, reason: 'coordinatorUnreachable' },
    unit: undefined,
  },
  choosy: { ...workingView, offer: { ...sampleOffer, settings: choosy } },
  table: { ...workingView, job: sweepJob, unit: { index: 57, areas: [] } },
  incidents: {
    ...workingView,
    incidents: [
      { kind: 'gpuLost', count: 1 },
      { kind: 'tooLargeForDevice', count: 3 },
    ],
  },
  gpuResting: {
    ...workingView,
    state: { kind: 'reconnecting', attempt: 3, retryInMs: 17_000, reason: 'gpuLost' },
    unit: undefined,
    incidents: [{ kind: 'gpuLost', count: 2 }],
    gpuBusy: 0,
  },
  halted: {
    ...workingView,
    state: { kind: 'halted', reason: 'kernelHung' },
    job: undefined,
    unit: undefined,
    incidents: [{ kind: 'kernelHung', count: 1 }],
    gpuBusy: 0,
  },
  connecting: {
    ...idleView,
    state: { kind: 'starting', step: 'connecting' },
    provider: workingView.provider,
    adapter: workingView.adapter,
  },
  stoppedByUser: {
    ...workingView,
    state: { kind: 'stopped', reason: 'byUser' },
    job: undefined,
    unit: undefined,
  },
  stoppedRestart: {
    ...workingView,
    state: { kind: 'stopped', reason: 'browserRestartNeeded' },
    job: undefined,
    unit: undefined,
    incidents: [{ kind: 'gpuLost', count: 3 }],
    gpuBusy: undefined,
  },
  stoppedNoStorage: { ...idleView, state: { kind: 'stopped', reason: 'storageUnavailable' } },
  stoppedNoWebGpu: { ...idleView, state: { kind: 'stopped', reason: 'noWebGpu' } },
} satisfies Record<string, ContributorView>

export function isSceneName(name: string): name is keyof typeof scenes {
  return Object.hasOwn(scenes, name)
}

function sampleKernel(): string {
  const body = Array.from(
    { length: 60 },
    (_, line) => `  radiance += throughput * sky(direction + vec3f(${line}.0, 0.0, 0.0)); // bounce ${line}`,
  )
  return `struct Params { unit_begin: u32, unit_count: u32 }
@group(0) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
${body.join('\n')}
}
`
}
