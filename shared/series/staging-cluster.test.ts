import { useCluster } from '../../test/points-redis.ts'

useCluster()
await import('./staging.test.ts')
