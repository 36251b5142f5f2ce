using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;

namespace Rivet.Bench.Peers;

/// <summary>
/// The least a durable messenger can do: TLS, one table, AES-256-GCM at rest, group commit with full synchronisation,
/// then the acknowledgement and the push. No sign-in, no access question, no conversations, no outbox. The peer of
/// <c>first.send</c>. A request's body is <c>recipient (4 bytes) · message</c>; a first frame with method 0 names the
/// connection.
/// </summary>
internal sealed class BarePipeline(string folder)
{
    private const int GroupSize = 256;
    private readonly ConcurrentDictionary<uint, Peer> peers = [];
    private readonly Channel<Message> queue = Channel.CreateBounded<Message>(new BoundedChannelOptions(8192) { SingleReader = true });

    public void Start() => new Thread(CommitForever) { IsBackground = true, Name = "writer" }.Start();

    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        var self = new Peer(connection.Transport.Output);
        while (true)
        {
            var read = await input.ReadAsync();
            var buffer = read.Buffer;
            while (BareFrames.TryRead(ref buffer, out var frame))
            {
                var bytes = frame.ToArray();
                var method = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(6));
                var number = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(BareFrames.HeaderSize));
                if (method == 0)
                {
                    peers[number] = self;
                }
                else
                {
                    await queue.Writer.WriteAsync(new Message(self, number, bytes));
                }
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private void CommitForever()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "bare.db")};Pooling=False");
        connection.Open();
        Run(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE message (number INTEGER PRIMARY KEY, recipient INTEGER NOT NULL, sealed BLOB NOT NULL)");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO message (recipient, sealed) VALUES ($1, $2)";
        var (recipient, sealedBody) = (insert.Parameters.Add("$1", SqliteType.Integer), insert.Parameters.Add("$2", SqliteType.Blob));
        using var begin = Prepare(connection, "BEGIN IMMEDIATE");
        using var commit = Prepare(connection, "COMMIT");
        using var atRest = new AesGcm(RandomNumberGenerator.GetBytes(32), 16);
        var group = new List<Message>(GroupSize);
        var touched = new HashSet<Peer>();

        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            begin.ExecuteNonQuery();
            while (group.Count < GroupSize && queue.Reader.TryRead(out var message))
            {
                var body = message.Frame.AsSpan(BareFrames.HeaderSize + 4);
                var stored = new byte[12 + body.Length + 16];
                RandomNumberGenerator.Fill(stored.AsSpan(0, 12));
                atRest.Encrypt(stored.AsSpan(0, 12), body, stored.AsSpan(12, body.Length), stored.AsSpan(12 + body.Length));
                recipient.Value = message.Recipient;
                sealedBody.Value = stored;
                insert.ExecuteNonQuery();
                group.Add(message);
            }

            commit.ExecuteNonQuery();
            foreach (var message in group)
            {
                message.Sender.Write(BareFrames.Response, message.Frame, []);
                touched.Add(message.Sender);
                if (peers.TryGetValue(message.Recipient, out var to))
                {
                    to.Write(BareFrames.Push, message.Frame, message.Frame.AsSpan(BareFrames.HeaderSize));
                    touched.Add(to);
                }
            }

            foreach (var peer in touched)
            {
                peer.Flush();
            }

            group.Clear();
            touched.Clear();
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private sealed record Message(Peer Sender, uint Recipient, byte[] Frame);

    /// <summary>A connection's output; written by the writer thread alone.</summary>
    private sealed class Peer(System.IO.Pipelines.PipeWriter output)
    {
        public void Write(byte type, byte[] request, ReadOnlySpan<byte> body)
        {
            var length = BareFrames.HeaderSize + body.Length;
            var span = output.GetSpan(length);
            BareFrames.WriteHeader(span, type, 1, BinaryPrimitives.ReadUInt32BigEndian(request.AsSpan(8)), body.Length);
            body.CopyTo(span[BareFrames.HeaderSize..]);
            output.Advance(length);
        }

        public void Flush()
        {
            var flush = output.FlushAsync();
            if (!flush.IsCompleted)
            {
                flush.AsTask().GetAwaiter().GetResult();
            }
        }
    }
}
