export type WebGpuPresence = 'present' | 'insecureContext' | 'missing'

/**
 * Whether the page can ask for a GPU at all. Looks only at whether the property exists:
 * asking for an adapter would wake the GPU before anybody has agreed to that.
 */
export function webGpuPresence(scope: {
  readonly navigator: object
  readonly isSecureContext: boolean
}): WebGpuPresence {
  if ('gpu' in scope.navigator) return 'present'
  return scope.isSecureContext ? 'missing' : 'insecureContext'
}
