import type { Appended } from './append.ts'
import type { ReadOptions } from './chunks.ts'
import type { WriteOptions } from './conditions.ts'
import type { ListQuery, SeriesPage } from './directory.ts'
import type { Metadata, SeriesDetail, SeriesInfo } from './metadata.ts'
import type { Parts, PartsOptions } from './parts.ts'
import type { Points, Range } from './points.ts'
import type { PackedChunk } from './unpack.ts'

/** A read of a range, of one revision. */
export interface Reading {
  info: SeriesInfo
  /** Runs of points in time order within each; the runs follow the asked order. Nothing is decoded before it is asked for. */
  runs(): Iterable<Points>
  /** The chunks that hold the range, in the asked order, for whoever unpacks them elsewhere. */
  packed: PackedChunk[]
}

export interface Written extends Appended {
  /** Points that were older than the retention allows, and not kept; missing when there were none. */
  expired?: number
}

export interface Replaced extends Written {
  /** Points of the range that are not in its new content. */
  deleted: number
}

export interface Deleted {
  deleted: number
  revision: string
}

/**
 * The series in Redis. Every change is one atomic step that a reader sees whole or not at all, and raises the
 * revision `generation.counter`; a change that changes nothing leaves it alone. What a series no longer keeps, by its
 * retention, is dropped before anything is read or changed; an append alone leaves that to them.
 * Methods throw Problem ('unknown-series', 'precondition-failed', 'contended'); what Redis throws passes through.
 */
export interface SeriesStore {
  get(name: string): Promise<SeriesInfo | undefined>
  /** With the smallest and the largest value: from the summaries, without reading a point. */
  describe(name: string): Promise<SeriesDetail | undefined>
  /** A page of series in the order of their names; it may have fewer than the limit, even none, and still a next one. */
  list(query: ListQuery): Promise<SeriesPage>
  /** Creates a series or changes its metadata: members that are missing stay, null removes. */
  putMetadata(name: string, metadata: Metadata, options?: WriteOptions): Promise<{ info: SeriesInfo; created: boolean }>
  /**
   * Adds labels to those that a series has, and sets its unit if it has none, in one step: what others say of it at the
   * same moment stays. A series that does not exist stays away.
   */
  addMetadata(name: string, added: { labels: Record<string, string>; unit?: string }): Promise<void>
  /** True when there was such a series: it is gone, even if another deleted it at the same moment. */
  remove(name: string, options?: WriteOptions): Promise<boolean>
  read(name: string, options?: ReadOptions): Promise<Reading | undefined>
  /** The same with summaries of chunks in the place of their points, where they tell enough. */
  readParts(name: string, options: PartsOptions): Promise<{ info: SeriesInfo; parts: Parts } | undefined>
  /**
   * Inserts points or overwrites those of the same time; `points` is in time order. Creates the series when it is new,
   * unless there are no points.
   */
  upsert(name: string, points: Points, options?: WriteOptions): Promise<Written>
  /** Puts points, all of the range and in time order, in the place of those that it has. Creates the series as upsert does. */
  replaceRange(name: string, range: Range, points: Points, options?: WriteOptions): Promise<Replaced>
  /** Points that are deleted one by one, at the same moment and without conditions, are taken out by one change. */
  deleteRange(name: string, range: Range, options?: WriteOptions): Promise<Deleted>
}
