import Link from 'next/link';

export default function Page() {
  return (
    <>
      <h1>The first page</h1>
      <p>
        <Link href="/second">To the second page</Link>
      </p>
    </>
  );
}
