import { StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { define, type ChataibotEventMap, type ChataibotWidget } from 'chataibot-widget';
import type {} from 'chataibot-widget/react';

define();

function App() {
  const widget = useRef<ChataibotWidget>(null);
  const [last, setLast] = useState('none yet');
  // React 18 sets attributes alone and hears no events of custom elements: objects and listeners come by the ref.
  useEffect(() => {
    const element = widget.current!;
    element.variables = { page: 'react-18' };
    const listen = ({ detail }: ChataibotEventMap['chataibot-message']) => setLast(`${detail.author}: ${detail.text}`);
    element.addEventListener('chataibot-message', listen);
    return () => element.removeEventListener('chataibot-message', listen);
  }, []);
  return (
    <>
      <h1>React 18</h1>
      <p>
        The last message: <output>{last}</output>
      </p>
      <chataibot-widget ref={widget} proxy-url="http://127.0.0.1:8787" />
    </>
  );
}

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
