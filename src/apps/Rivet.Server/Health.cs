using Rivet.Storage;

namespace Rivet.Server;

/// <summary><c>/health</c>: whether the store answers, and nothing else, since everybody may ask.</summary>
internal static class Health
{
    public static void MapHealth(this WebApplication app)
        => app.MapGet("/health", async (IStore store, CancellationToken ct) =>
        {
            try
            {
                await store.ReadAsync(session => session.QueryFirst("SELECT 1", row => (object)row.GetInt32(0)), ct);
                return Results.Text("ok");
            }
            catch (StoreUnavailableException)
            {
                return Results.Text("unavailable", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        });
}
