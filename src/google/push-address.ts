/** Where Google may push to, or null: Google takes https only; plain http reaches just the emulator, on loopback. */
export function pushAddress(publicUrl: string): string | null {
  const url = new URL(publicUrl);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || isLoopback ? `${publicUrl}/google/push` : null;
}
