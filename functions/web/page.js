// Shows the last charts. A key that the server asks for stays in this tab.
const form = document.querySelector('#key')
const status = document.querySelector('#status')
const list = document.querySelector('#list')

function call(path) {
  const key = sessionStorage.getItem('key')
  return fetch(path, { headers: key ? { authorization: `Bearer ${key}` } : {} })
}

async function show() {
  const answer = await call('/jobs?status=succeeded&limit=12')
  form.hidden = answer.status !== 401 && answer.status !== 403
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}))
    status.textContent = problem.detail ?? `The server answered ${answer.status}.`
    return
  }
  const { jobs } = await answer.json()
  status.textContent = jobs.length > 0 ? '' : 'There is none yet: submit a job of the kind plot.'
  list.replaceChildren(...(await Promise.all(jobs.map(chart))))
}

async function chart(job) {
  const [picture, result] = await Promise.all([call(`/results/${job.id}.png`), call(`/results/${job.id}`)])
  const item = document.createElement('li')
  if (!picture.ok || !result.ok) return item
  const { alt } = await result.json()
  const figure = document.createElement('figure')
  const image = document.createElement('img')
  image.src = URL.createObjectURL(await picture.blob())
  image.alt = alt
  image.width = job.params.width
  image.height = job.params.height
  const caption = document.createElement('figcaption')
  caption.textContent = `${job.series.join(', ')} · ${new Date(job.finished).toLocaleString()}`
  figure.append(image, caption)
  item.append(figure)
  return item
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  sessionStorage.setItem('key', document.querySelector('#secret').value)
  show()
})

show().catch((error) => {
  status.textContent = `The server can't be reached: ${error.message}.`
})
