// Server-sent events with Bun: what is posted is written to all subscribers. No history, no limits. bun server.js PORT
const subscribers = new Set();

Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  idleTimeout: 0,
  async fetch(request) {
    if (request.method === 'POST') {
      const event = `data: ${await request.text()}\n\n`;
      for (const subscriber of subscribers) {
        subscriber.enqueue(event);
      }
      return new Response('');
    }
    let subscriber;
    return new Response(
      new ReadableStream({
        start(controller) {
          subscriber = controller;
          subscribers.add(controller);
          controller.enqueue(':\n\n'); // sends the head
        },
        cancel() {
          subscribers.delete(subscriber);
        },
      }),
      { headers: { 'Content-Type': 'text/event-stream' } },
    );
  },
});
