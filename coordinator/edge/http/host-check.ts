const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/**
 * Whether a request's Host header names us. A page elsewhere can point its own name at 127.0.0.1 and would
 * then speak to a local coordinator as if it were same-origin (DNS rebinding); its name gives it away.
 */
export function isAllowedHost(host: string | undefined, publicHosts: readonly string[]): boolean {
  const name = /^(\[[0-9a-f:]+\]|[^:]+)(?::\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase()
  return name !== undefined && (loopbackNames.includes(name) || publicHosts.includes(name))
}
