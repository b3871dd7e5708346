/** The SMTP server of the tests greets at once: it would let each new connection wait for 100 ms, to find out strangers who
 *  speak before they are greeted, and there are none here. */
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';

SMTPConnection.prototype.init = function init(this: SMTPConnection): void {
  this._setListeners(() => { this.connectionReady(); });
};
