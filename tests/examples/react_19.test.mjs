//! React 19, as Vite builds it and as its development server serves it.

import { converseAndTell, example } from './harness.mjs';
import { serveBy } from './serve.mjs';

const developmentServer = (folder) => serveBy(folder, 'npx', (port) => ['vite', '--port', String(port), '--strictPort', '--host', '127.0.0.1']);

example('react-19', 'a conversation in StrictMode, with properties and listeners in JSX', async ({ page, widget }) => {
  await converseAndTell({ page, widget });
  await page.getByRole('button', { name: 'en', exact: true }).evaluate((button) => button.click());
  await widget.part('input').and(page.locator('[placeholder*="Nachricht"]')).waitFor();
});

example('react-19', 'a conversation on the development server, which moves what it joins', converseAndTell, { serve: developmentServer });
