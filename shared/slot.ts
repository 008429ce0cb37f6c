/** Slots of a Redis Cluster: each server holds the keys of some. */
export const slotCount = 16_384

/** The slot of a key: CRC-16/XMODEM of its hash tag, or of all of it where it has none (Redis Cluster specification). */
export function slotOf(key: string): number {
  const [, tag] = /^[^{]*\{([^}]+)\}/s.exec(key) ?? []
  let crc = 0
  for (const byte of Buffer.from(tag ?? key)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1
  }
  return crc % slotCount
}
