import { useCluster } from '../../test/points-redis.ts'

useCluster()
await import('./append-races.test.ts')
