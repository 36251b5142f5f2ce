// Keeps the program's files so that the chat opens without a connection. Messages never pass here: they come over the link and lie sealed
// in the home. What the server has is newer; what is kept is used when it does not answer.
const KEPT = 'rivet-chat-1';
const ours = url => url.origin === location.origin && (url.pathname.startsWith('/chat/') || url.pathname.startsWith('/_content/') || url.pathname === '/look.css');

self.addEventListener('install', event => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !ours(url)) {
    return;
  }
  const address = request.mode === 'navigate' ? '/chat/' : url.pathname;
  event.respondWith(fetch(request).then(async answer => {
    if (answer.ok) {
      const kept = await caches.open(KEPT);
      await kept.put(address, answer.clone());
    }
    return answer;
  }).catch(async () => await caches.match(address) ?? Response.error()));
});
