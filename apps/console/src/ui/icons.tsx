// The few pictures of the page, drawn in the text's colour. Each stands beside words, and says nothing by itself.
import type { ComponentChildren } from 'preact';

function icon(children: ComponentChildren) {
  return () => (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const PauseIcon = icon(<path d="M4 2.5h3v11H4zm5 0h3v11H9z" />);
export const PlayIcon = icon(<path d="M4 2.5v11l9-5.5z" />);
export const StopIcon = icon(
  <path d="M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5zM4 7v2h8V7z" fill-rule="evenodd" />,
);
export const BackIcon = icon(
  <path d="M6.5 2 2 6.5 6.5 11V8H10a2.5 2.5 0 0 1 0 5H6v1.5h4a4 4 0 0 0 0-8.500H6.500z" />,
);
export const RetryIcon = icon(
  <path d="M13.5 2v4.500H9l1.7-1.700a4 4 0 1 0 1.2 3.700h1.600A5.5 5.5 0 1 1 11.9 3.600z" />,
);
export const PlusIcon = icon(<path d="M7 2h2v5h5v2H9v5H7V9H2V7h5z" />);
export const CheckIcon = icon(<path d="M6.2 12.6 1.8 8.200l1.4-1.4 3 3 6.6-6.6 1.4 1.400z" />);
export const CrossIcon = icon(
  <path d="M3.4 2 8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.400L8 9.4 3.4 14 2 12.6 6.6 8 2 3.400z" />,
);
export const AlertIcon = icon(
  <path d="M8 1 15.5 14.500H.5zm-1 5v4h2V6zm0 5.200v1.800h2v-1.800z" fill-rule="evenodd" />,
);
export const ClockIcon = icon(
  <path
    d="M8 1.500a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3m-.8 1.800h1.500v3l2 1.2-.8 1.3-2.7-1.700z"
    fill-rule="evenodd"
  />,
);
export const EyeIcon = icon(
  <path
    d="M8 3.200c3.3 0 5.8 2.2 7.2 4.8-1.4 2.6-3.9 4.8-7.2 4.800S2.2 10.6.8 8C2.2 5.4 4.7 3.2 8 3.200m0 1.500C5.5 4.7 3.6 6.2 2.5 8c1.1 1.8 3 3.3 5.5 3.300s4.4-1.5 5.5-3.300C12.4 6.2 10.5 4.7 8 4.700m0 1.100a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4"
    fill-rule="evenodd"
  />,
);
export const SunIcon = icon(
  <path d="M8 4.700a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.600M7.2 1h1.600v2.300H7.200zm0 11.700h1.600V15H7.200zM1 7.200h2.300v1.600H1zm11.7 0H15v1.600h-2.300zM2.5 3.600l1.1-1.1 1.6 1.6-1.1 1.100zm8.3 8.3 1.1-1.1 1.6 1.6-1.1 1.100zm1.6-9.4 1.1 1.1-1.6 1.6-1.1-1.100zM4.1 10.800l1.1 1.1-1.6 1.6-1.1-1.100z" />,
);
export const MoonIcon = icon(<path d="M6.3 1.700A6.5 6.5 0 1 0 14.3 9.7 5.5 5.5 0 0 1 6.3 1.7" />);
