import { useCluster } from '../../test/points-redis.ts'

useCluster()
await import('./deletes.test.ts')
