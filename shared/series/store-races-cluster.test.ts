import { useCluster } from '../../test/points-redis.ts'

useCluster()
await import('./store-races.test.ts')
