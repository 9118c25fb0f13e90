import type { IncidentKind } from '#web/core/incident.ts'

/** What came up and why it is no reason to worry. */
type IncidentWords = Record<IncidentKind, { readonly title: string; readonly reason: string }>

export const jaIncidents: IncidentWords = {
  gpuLost: {
    title: 'GPU が失われました',
    reason: '手元のユニットは報酬なしで返し、ほかの端末に引き継がれます。',
  },
  kernelHung: {
    title: '終わらない計算がありました',
    reason: '報酬なしで返しました。この依頼は、もうここでは動かしません。',
  },
  workerCrashed: {
    title: '計算用のワーカーが落ちました',
    reason: '立ち上げ直しました。手元にあったユニットはほかの端末に引き継がれ、ここでの報酬にはなりません。',
  },
  dataUnavailable: {
    title: 'ユニットの材料を受け取れませんでした',
    reason: 'そのユニットは報酬なしで返しました。',
  },
  kernelFailed: {
    title: 'この端末では動かない計算がありました',
    reason: 'コードがこの GPU で失敗しました。ユニットは報酬なしで返し、ほかの計算を続けます。',
  },
  tooLargeForDevice: {
    title: 'ここで使えるより多くのメモリーが要るユニットがありました',
    reason: '始める前に、報酬なしで返しました。ほかの計算を続けます。',
  },
  notCapable: {
    title: 'この GPU にないものが要るユニットがありました',
    reason: '始める前に、報酬なしで返しました。ほかの計算は続けています。',
  },
  unitTooCoarse: {
    title: '画面が止まりそうなユニットがありました',
    reason:
      'いちばん小さな一歩でも、この GPU では時間がかかりすぎます。報酬なしで返し、ほかの計算を続けます。',
  },
}
