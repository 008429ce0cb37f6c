/** The queue of tickets. */
export const QUEUE = 'tickets'

const version = 'redis-smq-800.26'
const ofQueue = (number: number, ...rest: string[]) => [version, 'default', number, QUEUE, ...rest].join(':')
const ofAll = (number: number, ...rest: string[]) => [version, 'global', number, ...rest].join(':')

/** What redis-smq keeps in Redis, as far as one looks behind its back: its version, a namespace, its number for the kind of key. */
export const smqKeys = {
  /** List: messages that wait. */
  pending: ofQueue(1),
  /** List: the message that a consumer has taken. */
  processing: (consumer: string) => ofQueue(4, consumer),
  /** Hash: consumer → where it runs and since when. */
  consumers: ofQueue(9),
  /** Hash: processing list → consumer. */
  processingLists: ofQueue(10),
  /** Hash: number of a property → its value; 3 counts the messages. */
  properties: ofQueue(13),
  messagesCount: '3',
  /** Set: all messages of the queue. */
  messages: ofQueue(14),
  /** Set: the queues of a consumer. */
  consumerQueues: (consumer: string) => ofAll(18, consumer),
  /** String that expires unless the consumer lives. */
  heartbeat: (consumer: string) => ofAll(19, consumer),
  /** Hash: number of a property → its value; 1 is the status. */
  message: (id: string) => ofAll(24, id),
  status: '1',
  waits: '1',
  isTaken: '2',
}

/** What all keys of redis-smq start with. */
export const smqPrefix = 'redis-smq-'

const known = new Set([...[1, 4, 9, 10, 13, 14].map((n) => `default:${n}`), 'default:20'])
const knownOfAll = new Set(['17', '18', '19', '21', '24'])

/** Whether a key is of a kind that redis-smq makes as it is used here; the id, where it is of a message. */
export function readSmqKey(key: string): { isKnown: boolean; message?: string | undefined } {
  const [prefix, namespace, kind, id] = key.split(':') as [string, ...(string | undefined)[]]
  if (prefix !== version) return { isKnown: false }
  if (namespace === 'global') return { isKnown: knownOfAll.has(kind!), message: kind === '24' ? id : undefined }
  return { isKnown: known.has(`${namespace}:${kind}`) && (kind === '20' || id === QUEUE) }
}
