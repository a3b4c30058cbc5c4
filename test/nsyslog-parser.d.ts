declare module 'nsyslog-parser' {
  type Texts = Readonly<Record<string, string>>;
  export default function parse(line: string): {
    readonly facilityval: number;
    readonly levelval: number;
    readonly type: string;
    readonly ts: Date;
    readonly host: string;
    readonly appName?: string;
    readonly pid?: string;
    readonly messageid?: string;
    readonly message: string;
    readonly structuredData?: readonly Texts[];
    readonly cef?: Texts;
    readonly leef?: Texts;
    readonly fields: Texts;
  };
}
