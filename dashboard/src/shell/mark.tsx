/** The bird seen from below, wings spread. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="currentColor" aria-hidden="true">
      <path d="M1.500 9c6.600.2 10.900 2.400 14.500 8.100C19.600 11.400 23.900 9.200 30.500 9c-2.100 6.500-6.500 10.200-10.900 11L16 27.500 12.400 20C8 19.200 3.600 15.500 1.500 9Z" />
    </svg>
  );
}
