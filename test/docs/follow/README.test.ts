// Follows README.md.
import { followPage } from '../pages/follow-page.ts';

followPage('README.md');
