import { useCluster } from '../../test/points-redis.ts'

useCluster()
await import('./conditions.test.ts')
