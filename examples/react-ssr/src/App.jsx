// Imported on the server too: the entry that defines by itself does no harm there.
import 'chataibot-widget/auto';
import { useEffect, useRef, useState } from 'react';

export function App() {
  const widget = useRef(null);
  const [last, setLast] = useState('none yet');
  // React sets neither listeners nor objects of a custom element that it hydrates: they come by the ref.
  useEffect(() => {
    const element = widget.current;
    element.variables = { page: 'react-ssr' };
    const listen = ({ detail }) => setLast(`${detail.author}: ${detail.text}`);
    element.addEventListener('chataibot-message', listen);
    return () => element.removeEventListener('chataibot-message', listen);
  }, []);
  return (
    <>
      <h1>React, rendered on the server</h1>
      <p>
        The last message: <output>{last}</output>
      </p>
      <chataibot-widget ref={widget} proxy-url="http://127.0.0.1:8787" />
    </>
  );
}
