import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment } from '../shared/config.ts'
import { makeLog } from '../shared/log.ts'
import { explainStart, serveLocally } from './serve-locally.ts'

/** Seattle's daily weather from the npm package vega-datasets; the data are NOAA's, a work of the U.S. government. */
const dataFile = new URL('../node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url)
const picture = fileURLToPath(new URL('../.kymograph/seattle.png', import.meta.url))

const columns = [
  { column: 'temp_max', series: 'seattle/temp_max', unit: '°C', description: 'Daily maximum temperature in Seattle' },
  { column: 'temp_min', series: 'seattle/temp_min', unit: '°C', description: 'Daily minimum temperature in Seattle' },
  {
    column: 'precipitation',
    series: 'seattle/precipitation',
    unit: 'mm',
    description: 'Daily precipitation in Seattle',
  },
  { column: 'wind', series: 'seattle/wind', unit: 'm/s', description: 'Daily mean wind speed in Seattle' },
]

const job = {
  kind: 'plot',
  series: ['seattle/temp_max', 'seattle/temp_min'],
  params: { title: 'Temperature in Seattle, 2012 to 2015', tz: 'America/Los_Angeles' },
}

async function call(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${init.method} ${url} was answered ${response.status}: ${await response.text()}`)
  return response
}

/** Loads the data set: one series for each of its columns of numbers. */
async function load(base: string): Promise<void> {
  const [header, ...lines] = (await readFile(dataFile, 'utf8')).trim().split('\n')
  const names = header!.split(',')
  for (const { column, series, unit, description } of columns) {
    const at = names.indexOf(column)
    const csv = lines.map((line) => `${line.split(',')[0]},${line.split(',')[at]}\n`).join('')
    const address = `${base}/series/${encodeURIComponent(series)}`
    const metadata = {
      unit,
      description,
      labels: { city: 'seattle' },
      source: 'NOAA, by way of vega-datasets',
      licence: 'U.S. government work',
    }
    await call(address, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metadata),
    })
    await call(`${address}/points?tz=America/Los_Angeles`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    })
  }
}

async function draw(base: string): Promise<void> {
  const headers = { 'content-type': 'application/json', accept: 'image/png' }
  const response = await call(`${base}/jobs`, { method: 'POST', headers, body: JSON.stringify(job) })
  if (response.headers.get('content-type') !== 'image/png')
    throw new Error(`the chart was not ready within a minute: ${await response.text()}`)
  await mkdir(new URL('../.kymograph/', import.meta.url), { recursive: true })
  await writeFile(picture, Buffer.from(await response.arrayBuffer()))
}

function tour(base: string): string {
  return `Kymograph answers at ${base}

  The chart        ${relative(process.cwd(), picture)}
  The series       ${base}/series
  The API          ${base}/openapi.json

Go on with

  curl '${base}/series/seattle%2Ftemp_max/points.csv?from=2015-12-25'
  curl -X POST ${base}/series/mine/points -H 'Content-Type: text/csv' -d "$(date +%F),1"
  curl -X POST ${base}/jobs -H 'Content-Type: application/json' -H 'Accept: image/png' \\
       -d '{"kind":"plot","series":"seattle/wind","from":"2015-01-01","params":{"mark":"bar"}}' -o wind.png
`
}

try {
  const local = await serveLocally(
    { ...environment, API_KEYS: '', AUTH_REQUIRED: '' },
    makeLog(environment.LOG_LEVEL ?? 'warn'),
  )
  local.stopOnSignals()
  await load(local.url)
  await draw(local.url)
  process.stdout.write(tour(local.url))
  if (process.argv.includes('--exit')) {
    await local.stop()
    process.exit(0)
  }
  process.stdout.write('\nCtrl-C ends it; the data stay in .kymograph/.\n')
} catch (error) {
  process.stderr.write(`${explainStart(error as Error, environment.PORT)}\n`)
  process.exit(1)
}
