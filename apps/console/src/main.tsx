// The page begins here.
import './styles/index.css';
import { render } from 'preact';
import { App } from './app.js';
import { startRouter } from './router.js';

startRouter();
const root = document.getElementById('console');
if (root !== null) render(<App />, root);
