using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server;

/// <summary><c>/health</c>: whether the store answers, and, with the same code, whether all works that does not: a root that cannot be reached. Nothing else, since everybody may ask.</summary>
internal static class Health
{
    public static void MapHealth(this WebApplication app)
    {
        // Here and not at the first question: its measurement is there before anybody asks.
        var root = app.Services.GetRequiredService<RootReach>();
        app.MapGet("/health", async (IStore store, CancellationToken ct) =>
        {
            try
            {
                await store.ReadAsync(session => session.QueryFirst("SELECT 1", row => (object)row.GetInt32(0)), ct);

                // Still 200: conversations go on with the keys in memory, and taking the server out of service would end them.
                return Results.Text(root.IsReachable ? "ok" : "degraded");
            }
            catch (StoreUnavailableException)
            {
                return Results.Text("unavailable", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        });
    }
}
