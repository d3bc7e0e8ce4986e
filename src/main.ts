// First: the rest needs what older versions of Node lack.
import './check-node';
import { bootstrap } from './bootstrap';

void bootstrap(process.argv.slice(2), process.env);
