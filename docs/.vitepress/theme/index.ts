// The default theme of VitePress, with room for wide tables.
import DefaultTheme from 'vitepress/theme';
import './style.css';

export default DefaultTheme;
