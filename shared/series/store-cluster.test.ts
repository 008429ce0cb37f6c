import { useCluster } from '../../test/points-redis.ts'

useCluster()
await import('./store.test.ts')
