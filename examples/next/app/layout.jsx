import { Chat } from './Chat';

export const metadata = { title: 'Next' };

// In the layout it stays from page to page.
export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        {children}
        <Chat />
      </body>
    </html>
  );
}
