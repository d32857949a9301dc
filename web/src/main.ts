import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/label.css';
import './styles/item.css';
import './styles/side.css';
import App from './App.svelte';
import { router } from './state/route.svelte';

router.start();
mount(App, { target: document.getElementById('app')! });
