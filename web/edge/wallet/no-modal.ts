/** Stands in the bundle for WalletConnect's own dialog, which this page never opens: it would load fonts and call home. */
export function createAppKit(): never {
  throw new Error('This page shows pairing codes itself.')
}
