import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './kit/tokens.css';
import './kit/base.css';
import './kit/menu.css';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { watchPreferences } from './kit/preferences.ts';
import { router } from './router.tsx';
import { session } from './session/tokens.ts';

watchPreferences();
session.subscribe(() => {
  if (session.get() === 'out') void router.invalidate();
});

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<RouterProvider router={router} />);
