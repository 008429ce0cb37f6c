import { startRedis } from '../scripts/own-redis.ts'
import { startCluster } from './redis-cluster.ts'

let start: () => Promise<{ url: string; stop(): Promise<void> }> = startRedis

/**
 * The Redis of the points that a suite runs on: one server, or a cluster in a file that asks for it and then imports the
 * suite.
 */
export const startPointsRedis = () => start()

export function useCluster(): void {
  start = startCluster
}
