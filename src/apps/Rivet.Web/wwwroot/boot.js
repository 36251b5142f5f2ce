// Runs before anything is drawn: light or dark as chosen on any page of this server, else the system's choice.
const theme = document.cookie.match(/(?:^|; )rivet\.theme=(light|dark)/)?.[1];
if (theme !== undefined) {
  document.documentElement.dataset.theme = theme;
}
if ('serviceWorker' in navigator) {
  // Without it the chat works, but does not open without a connection.
  navigator.serviceWorker.register('service-worker.js', { scope: '/chat/' }).catch(() => {});
}
