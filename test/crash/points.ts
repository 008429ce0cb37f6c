/**
 * Where a process is killed, stopped or cut off, and what becomes of it. Each has a test of its name in this folder, and
 * `npm run docs` prints docs/crash-points.md.
 */
export const crashPoints = {
  'jobs before submitJob': [
    '`jobs` is killed when it is about to store a job',
    'Nothing was accepted. The request, sent again with its `Idempotency-Key`, makes the one job.',
  ],
  'jobs after submitJob': [
    '`jobs` is killed when the job is stored and nobody was told, neither caller nor worker',
    'A sweep tells the worker. The request, sent again with its `Idempotency-Key`, gets the same job.',
  ],
  'jobs after takePoke': [
    '`jobs` is killed when its poke is counted and not sent',
    'The poke stops counting after `POKE_MS`; the next sweep pokes.',
  ],
  'jobs before cancelJob': [
    '`jobs` is killed when it is about to cancel a job',
    'The job goes on and ends well; the request may be sent again.',
  ],
  'jobs after cancelJob': [
    '`jobs` is killed when a job is cancelled and the caller was not told',
    'The job is cancelled. The request, sent again, is answered so.',
  ],
  'worker before claimJob': [
    'a worker is killed when it has a ticket and is about to claim its job; the ticket is stranded in redis-smq',
    'Another worker claims the job without a ticket: the first attempt. redis-smq keeps some 2 KB, which `fsck --repair` removes.',
  ],
  'worker after claimJob': [
    'a worker is killed when it has claimed a job and does not know it yet',
    'The lease runs out, and another worker runs it: the second attempt.',
  ],
  'worker before beatJob': ['a worker is killed when it is about to renew its lease', 'The same.'],
  'worker before completeJob': [
    'a worker is killed when the drawing is done and not committed',
    'The same: the drawing is made again.',
  ],
  'worker after completeJob': [
    'a worker is killed when the result is committed and it does not know it yet',
    'The job has ended, after one attempt.',
  ],
  'worker before releaseJob': [
    'a worker that is told to stop is killed when it is about to give its job back',
    'The lease runs out, and another worker runs it.',
  ],
  'worker after releaseJob': ['the same, when the job was given back', 'Another worker runs it, at once.'],
  'a completion that comes late': [
    'a worker’s result is on its way for longer than the lease',
    'Another worker runs the job. The late result is refused: its epoch is over.',
  ],
  'a worker that stands still': [
    'a worker is stopped for longer than its lease, and goes on',
    'Another worker runs the job. The stopped one gives up, or its result is refused.',
  ],
  'a claim whose answer is lost': [
    'the connection breaks when a job was claimed, before the answer',
    'The claim is sent again, and gets the same job: one attempt.',
  ],
  'a drawing process that crashes': [
    'the process that draws ends with SIGSEGV',
    'The attempt is charged, and the next one draws in a new process.',
  ],
  'a drawing process that hangs': [
    'the process that draws does not come to an end',
    'It is killed after `JOB_TIMEOUT_MS`; when the attempts are used up the job has failed with `timeout`.',
  ],
  'a drawing process that takes memory': [
    'the process that draws takes more than `JOB_MEMORY_BYTES`',
    'It is killed; when the attempts are used up the job has failed with `out-of-memory`.',
  ],
  'Redis before the answer to completeJob': [
    'Redis is killed when a result is committed, before it says so, and started again',
    'The worker says it again, and hears that it is so: one attempt, one result.',
  ],
  'Redis while a job runs': ['Redis is killed while a job is drawn, and started again', 'The job ends once.'],
  'Redis that is full': [
    'Redis refuses to take more (`maxmemory`, `noeviction`) while a job is drawn',
    'Writes and new jobs are answered 503. The worker keeps its result and commits it when there is room, unless another was quicker.',
  ],
  'Redis that is slow': ['Redis answers nobody for longer than a lease', 'The job ends once, whoever is first then.'],
  'points before changeSeries': [
    '`points` is killed when it is about to write the first points of a series',
    'Nothing was written. The directory has the name already, which lists skip and `fsck --repair` takes out; the write, sent again, makes the series.',
  ],
  'points after changeSeries': [
    '`points` is killed when points are written and the caller was not told',
    'They are there. The write, sent again, changes nothing.',
  ],
  'points before appendPoints': [
    '`points` is killed when it is about to write a point at the end of a series',
    'Nothing was written; the write may be sent again.',
  ],
  'points after appendPoints': [
    '`points` is killed when a point is written at the end of a series and the caller was not told',
    'It is there, once. The write, sent again, changes nothing.',
  ],
  'points after dropSeries': [
    '`points` is killed when a series is removed and the directory still has it',
    'The series is gone. Lists skip the name; `fsck --repair` takes it out.',
  ],
  'points while an import is staged': [
    '`points` is killed while it reads a data set',
    'Nothing was written, and what is staged expires.',
  ],
  'points before the journal of an import': [
    '`points` is killed when all is staged, before the import is opened',
    'The same.',
  ],
  'points after the journal of an import': [
    '`points` is killed when the import is opened and nothing committed',
    'The next sweep commits all of it.',
  ],
  'points before commitStaged': [
    '`points` is killed between the series of a commit',
    'The next sweep commits the rest.',
  ],
  'points after commitStaged': [
    '`points` is killed when a series is committed, before the journal says so',
    'The same: a series that was committed is not committed twice.',
  ],
} as const satisfies Record<string, readonly [where: string, then: string]>

export type CrashPoint = keyof typeof crashPoints

/** The points of one test file: those whose name begins so. */
export const pointsOf = (...beginnings: string[]) =>
  (Object.keys(crashPoints) as CrashPoint[]).filter((name) =>
    beginnings.some((beginning) => name.startsWith(beginning)),
  )
