'use client';

// Rendered on the server too: the entry that defines by itself does no harm there.
import 'chataibot-widget/auto';

export function Chat() {
  return <chataibot-widget proxy-url="http://127.0.0.1:8787" />;
}
