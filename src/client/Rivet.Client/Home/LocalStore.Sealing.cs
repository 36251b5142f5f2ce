using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Client.Home;

/// <content>The company's own cipher: where its keys come from, and what is sealed on its way out. Never a message key.</content>
internal sealed partial class LocalStore
{
    public KeyServerRecord? KeyServer() => Find(RecordKind.KeyServer, RecordKeys.One, KeyServerRecord.Parser);

    public void KeepKeyServer(KeyServerRecord server) => Write(write => write.Put(RecordKind.KeyServer, RecordKeys.One, server.ToByteArray()));

    public void ForgetKeyServer() => Write(write => write.Delete(RecordKind.KeyServer, RecordKeys.One));

    /// <summary>What the server last said of the company's sealing; null when it seals nothing.</summary>
    public CompanySealing? Sealing() => Find(RecordKind.Sealing, RecordKeys.One, CompanySealing.Parser);

    public void KeepSealing(CompanySealing? sealing)
    {
        if (!Equals(Sealing(), sealing))
        {
            Write(write =>
            {
                if (sealing is null)
                {
                    write.Delete(RecordKind.Sealing, RecordKeys.One);
                }
                else
                {
                    write.Put(RecordKind.Sealing, RecordKeys.One, sealing.ToByteArray());
                }
            });
        }
    }

    public byte[]? FileKey(ByteString file) => records.Find(RecordKind.FileKey, file.ToByteArray());

    /// <summary>Keeps a copy: a home that has its records in memory has the very array, and who gives it zeroes it.</summary>
    public void KeepFileKey(byte[] file, byte[] key) => Write(write => write.Put(RecordKind.FileKey, file, [.. key]));

    public void ForgetFileKeys(IEnumerable<ByteString> files) => Write(write =>
    {
        foreach (var file in files)
        {
            write.Delete(RecordKind.FileKey, file.ToByteArray());
        }
    });

    /// <summary>Keeps a queued message as it goes out, so that a repetition is the same to the byte; false when it left the queue.</summary>
    public bool KeepSealed(byte[] messageId, ByteString content) => Write(write =>
    {
        if (write.Find(RecordKind.Outgoing, messageId) is not { } value)
        {
            return false;
        }

        var message = OutgoingRecord.Parser.ParseFrom(value);
        message.Sealed = content;
        write.Put(RecordKind.Outgoing, messageId, message.ToByteArray());
        return true;
    });
}
