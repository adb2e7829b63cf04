import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { define } from 'chataibot-widget';
import type {} from 'chataibot-widget/react';

define();

function App() {
  const [last, setLast] = useState('none yet');
  const [locale, setLocale] = useState<'en' | 'de'>('en');
  return (
    <>
      <h1>React 19</h1>
      <p>
        The last message: <output>{last}</output>
      </p>
      <button onClick={() => setLocale(locale === 'en' ? 'de' : 'en')}>{locale}</button>
      <chataibot-widget
        proxyUrl="http://127.0.0.1:8787"
        locale={locale}
        variables={{ page: 'react-19' }}
        onchataibot-message={({ detail }) => setLast(`${detail.author}: ${detail.text}`)}
      />
    </>
  );
}

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
