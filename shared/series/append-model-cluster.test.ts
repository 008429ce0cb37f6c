import { useCluster } from '../../test/points-redis.ts'

useCluster()
await import('./append-model.test.ts')
