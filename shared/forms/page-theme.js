// The button that changes the colours of the page; what the page can do is shown once it can.
document.getElementById('theme').addEventListener('click', () => {
  const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark'
  document.documentElement.dataset.theme = isDark ? 'light' : 'dark'
})
document.body.classList.add('is-alive')
