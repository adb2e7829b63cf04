import Link from 'next/link';

export default function Page() {
  return (
    <>
      <h1>The second page</h1>
      <p>
        <Link href="/">To the first page</Link>
      </p>
    </>
  );
}
