import type { Redis, RedisServer } from '../redis.ts'

/**
 * What can be wrong, each with how grave it is, what it means, and what a repair does ('' when there is nothing to do).
 *
 * - damage: something that was acknowledged can't be read, is not found, or would never end
 * - leftover: it belongs to nothing and would stay for good; it costs memory and nothing else
 * - unfinished: something is under way; a finding only where all should be at rest
 * - note: known and harmless
 */
export const faultTable = {
  'wrong-type': ['damage', 'A key has another type than its name says.', ''],
  'series-misnamed': ['damage', 'The name in a series is not the one that its key is made of.', ''],
  'series-metadata': [
    'damage',
    'A field of a series’ metadata is missing, unknown or malformed.',
    'A malformed field is removed or, where there must be one, made anew; unknown ones stay.',
  ],
  'series-totals': [
    'damage',
    'Count, first or last of a series are not those of its chunks and its tail.',
    'They are counted anew.',
  ],
  'series-expires': ['damage', 'A key of a series would expire.', 'It no longer does.'],
  'series-headless': [
    'damage',
    'There are chunks of a series without its metadata; its name is not known.',
    'They are set aside for 30 days, so that no new series meets them.',
  ],
  'chunk-missing': ['damage', 'A chunk that is told of is not there: its points are lost.', 'It is no longer told of.'],
  'chunk-damaged': [
    'damage',
    'A chunk has a wrong size, version or checksum: its points can’t be read, nor can a range that meets it.',
    'It is set aside for 30 days; the rest of the series can be read again.',
  ],
  'chunk-disordered': [
    'damage',
    'The points of a chunk are out of order, or no points at all.',
    'They are put in order; what is no point is left out.',
  ],
  'chunk-summary': ['damage', 'What is kept beside a chunk does not agree with it.', 'It is made anew from the chunk.'],
  'chunk-misfiled': [
    'damage',
    'A chunk is filed under another time than its first, or not at all.',
    'It is filed under its first time.',
  ],
  'chunks-overlap': [
    'damage',
    'Chunks overlap in time.',
    'They are merged; of points of one time that of the later chunk counts.',
  ],
  'tail-damaged': [
    'damage',
    'The tail of a series is not whole points in time order behind all chunks.',
    'Its points are put in order and into chunks; what is no point is left out.',
  ],
  'name-missing': [
    'damage',
    'A series is not in the directory, or not under one of its labels: lists miss it.',
    'It is entered.',
  ],
  'name-orphan': [
    'leftover',
    'The directory names a series that is not there, or under a label that it has not.',
    'It is taken out.',
  ],
  'retention-unnoted': [
    'leftover',
    'A series with a retention is not noted for the sweep, or years too late: old points that nobody asks for stay.',
    'It is noted.',
  ],
  'import-unopened': [
    'damage',
    'A journal of an import is kept, but not among the open ones: nobody would finish it.',
    'It is opened again; the next request to `points` finishes it.',
  ],
  'journal-damaged': ['damage', 'An entry of a journal can’t be read.', 'The series is committed without metadata.'],
  'staged-damaged': [
    'damage',
    'Points of an import that is to be committed can’t be read.',
    'They are set aside for 30 days; the rest is committed.',
  ],
  'staged-endless': [
    'leftover',
    'Points of an import that is not open any more would stay for good.',
    'They expire after an hour.',
  ],
  'import-open': [
    'unfinished',
    'An import is being committed, or waits for a request to `points` that finishes it.',
    '',
  ],
  'job-damaged': [
    'damage',
    'A field of a job is missing, unknown or malformed.',
    'A job that can’t be read is removed with its result; unknown fields stay.',
  ],
  'job-misfiled': [
    'damage',
    'A job is not in the sets that its status asks for, or in others: it would never run, be found lost, or expire.',
    'It is filed as its status says; a running job without a lease is given to another worker.',
  ],
  'job-endless': [
    'damage',
    'A job that waits or runs would expire, or one that has ended would not.',
    'It gets the right expiry.',
  ],
  'job-askers': [
    'damage',
    'A job is asked for by more or fewer than are listed: it would be cancelled too early, or never.',
    'They are counted anew.',
  ],
  'answer-orphan': [
    'leftover',
    'An answer to a question names a job that does not answer it any more.',
    'It is removed.',
  ],
  'asks-orphan': ['leftover', 'It is kept who asks for a job that has ended, or is not there.', 'It is removed.'],
  'job-orphan': ['leftover', 'A set of jobs names one that is not there.', 'It is taken out.'],
  'job-open': ['unfinished', 'A job waits or runs.', ''],
  'result-missing': ['damage', 'A job has succeeded and has no result.', ''],
  'result-damaged': ['damage', 'A part of a result is missing or malformed.', ''],
  'result-orphan': ['leftover', 'A result has no job that has succeeded.', 'It is removed.'],
  'result-endless': ['leftover', 'A result would not expire with its job.', 'It does.'],
  'record-damaged': [
    'damage',
    'What is kept of a request with an Idempotency-Key can’t be read.',
    'It is removed: the request, if it comes again, is done again.',
  ],
  'record-open': ['unfinished', 'A request with an Idempotency-Key is under way, or broke off.', ''],
  endless: [
    'leftover',
    'A key that is to expire does not. Where it tells that a sweep is not due, there are none.',
    'It is removed, or expires in a day.',
  ],
  'poke-open': ['unfinished', 'A poke of a worker is under way.', ''],
  'unknown-key': ['leftover', 'A key starts as ours do, but none has this form.', ''],
  misplaced: ['leftover', 'A key belongs on the other Redis: REDIS_URL has points, QUEUE_REDIS_URL jobs.', ''],
  'foreign-key': ['note', 'A key is none of Kymograph’s.', ''],
  'smq-consumer': [
    'note',
    'redis-smq keeps some 2 KB of a consumer that was killed.',
    'Removed, with the tickets that it held: whatever job is ready is found without.',
  ],
  'smq-message': [
    'note',
    'redis-smq keeps a ticket, about 1 KB, that is in no list: its consumer was killed when it had been taken.',
    'Removed.',
  ],
  'smq-key': ['note', 'A key of redis-smq is of a kind that Kymograph does not use.', ''],
} as const satisfies Record<string, readonly [Severity, string, string]>

export type Severity = 'damage' | 'leftover' | 'unfinished' | 'note'
export type FaultCode = keyof typeof faultTable

/** Something that was found wrong. */
export interface Fault {
  code: FaultCode
  key: string
  /** What of the key, or of what it holds: a chunk, a field, a member. */
  item?: string | undefined
  /** Name of the series or id of the job, where it is known. */
  series?: string | undefined
  job?: string | undefined
  detail: string
  /** Whether a repair would do something about it. */
  mendable: boolean
}

/** Commands of one transaction. */
export type Commands = ReturnType<RedisServer['multi']>

/** What a look at one thing found, and how to mend all of it in one transaction. */
export interface Look {
  faults: Fault[]
  mend(commands: Commands): void
}

/** One thing that is looked at as a whole: a series, a job, a batch of names. */
export interface Subject {
  /** A repair starts again when one of these changes under it. */
  watch: string[]
  /** Whether all is read in one moment: then what seems wrong is looked at again once only. */
  isOneStep?: boolean
  look(redis: Redis): Promise<Look>
}

/** Gathers what a look finds. */
export class Findings implements Look {
  readonly faults: Fault[] = []
  readonly mends: ((commands: Commands) => void)[] = []
  readonly #of: Pick<Fault, 'series' | 'job'>

  constructor(of: Pick<Fault, 'series' | 'job'>) {
    this.#of = of
  }

  say(code: FaultCode, key: string, detail: string, mend?: (commands: Commands) => void, item?: string): void {
    this.faults.push({ code, key, item, ...this.#of, detail, mendable: mend !== undefined })
    if (mend) this.mends.push(mend)
  }

  get isMendable(): boolean {
    return this.mends.length > 0
  }

  mend(commands: Commands): void {
    for (const mend of this.mends) mend(commands)
  }
}
